//! Why there is no answer, in plain words and with the remedy.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// Why a request has no answer, or half of one: the cause under all others, since what libraries put around it repeats the
/// address, which may hold a secret, and says no more. A certificate that is refused comes with the remedy.
pub fn cause(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    loop {
        if let Some(remedy) = encryption(innermost) {
            return remedy;
        }
        match innermost.source() {
            Some(source) => innermost = source,
            None => return innermost.to_string(),
        }
    }
}

/// What is wrong with the encryption, where that is the cause.
fn encryption(error: &(dyn Error + 'static)) -> Option<String> {
    let tls = tls_error(error)?;
    Some(match tls {
        rustls::Error::InvalidCertificate(fault) => certificate(fault),
        rustls::Error::InvalidMessage(_) => {
            "it does not speak TLS there; write http:// instead of https://, or switch TLS on at the server".to_owned()
        }
        other => format!("TLS failed ({other})"),
    })
}

/// The fault of TLS itself, which libraries wrap into an I/O error, or into several.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    match error.downcast_ref::<io::Error>() {
        Some(wrapped) => tls_error(wrapped.get_ref()?),
        None => error.downcast_ref::<rustls::Error>(),
    }
}

fn certificate(fault: &CertificateError) -> String {
    let text = match fault {
        CertificateError::UnknownIssuer => {
            "its certificate is by an authority that this machine does not trust; put the authority's certificate into \
             /usr/local/share/ca-certificates and run update-ca-certificates"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired; renew it there, or set the clock of this machine"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet; set the clock of this machine"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name; give the server by a name that stands in its certificate"
        }
        other => return format!("its certificate is not sound ({other:?}); make a new one there"),
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_under_all_others_is_shown_and_a_bad_certificate_with_its_remedy() {
        let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "refused by the host");
        assert_eq!(cause(&refused), "refused by the host");
        for (fault, word) in [
            (CertificateError::UnknownIssuer, "update-ca-certificates"),
            (CertificateError::Expired, "renew it there"),
            (CertificateError::NotValidForName, "another name"),
            (CertificateError::NotValidYet, "clock"),
            (CertificateError::BadEncoding, "make a new one"),
        ] {
            let error = io::Error::other(rustls::Error::InvalidCertificate(fault));
            assert!(cause(&error).contains(word), "{}", cause(&error));
        }
    }
}
