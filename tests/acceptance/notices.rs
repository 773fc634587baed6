//! Alerts reach people, whatever happens to the mail server.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::Value;
use tests::installation::site_file;
use tests::mail_server::MailServer;
use tests::message::{message, now};
use tests::{Installation, SOON, eventually};

use crate::needs;

/// A room whose bad air is notified at once, by day and night, by these ways.
fn room(ways: &str) -> String {
    site_file(&format!(
        "[alerts]\nquiet = \"never\"\n{ways}\n[[alert]]\nrule = \"air_urgent\"\ndwell = \"1ms\"\n\
         [[zone]]\nid = \"salle\"\nname = \"Salle verte\"\n\
         [[point]]\nid = \"salle-co2\"\nzone = \"salle\"\nquantity = \"co2\"\nsources = [{{ device = \"air\" }}]\n"
    ))
}

/// Takes one POST and gives its body.
fn one_post(listener: TcpListener) -> thread::JoinHandle<Value> {
    thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody posts");
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("headers are text");
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length is a number");
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("the body is there");
        let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
        reader.get_mut().write_all(answer).expect("the answer is taken");
        serde_json::from_slice(&body).expect("the body is JSON")
    })
}

#[test]
fn bad_air_is_told_by_mail_and_webhook_once_even_when_the_mail_server_comes_late() {
    needs!("aiosmtpd");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut server = MailServer::new(folder.path());
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a port");
    let address = listener.local_addr().expect("it is bound");
    let posted = one_post(listener);
    let site = room(&format!(
        "email_to = [\"accueil@example.org\"]\nwebhook = \"http://{address}/vigie\""
    ));
    let environment = vec![("VIGIE_SMTP".to_owned(), server.url())];
    let building = Installation::embedded_in(environment, &site);

    building.sensor("air").publish([message("air", "co2", now(), 1750.0)]);

    let json = posted.join().expect("the webhook is called");
    assert_eq!(json["alerts"][0]["alert"]["rule"], "air");
    let failures = "vigie_notice_failures_total";
    eventually("the mail server is missed", SOON, || {
        (building.api().counter(failures) >= 1.0).then_some(())
    });
    server.start();
    let mail = eventually("the mail arrives", SOON, || server.mails().into_iter().next());
    assert!(mail.contains("To: accueil@example.org"), "{mail}");
    building.sensor("air").publish([message("air", "co2", now(), 1790.0)]);
    eventually("the page shows the next value", SOON, || {
        let live = building.api().get("/live").ok()?;
        live.to_string().contains("1790").then_some(())
    });
    assert_eq!(server.mails().len(), 1, "one message per event");
}

#[test]
fn what_was_told_before_a_restart_is_not_told_again() {
    needs!("aiosmtpd");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut server = MailServer::new(folder.path());
    server.start();
    let environment = vec![("VIGIE_SMTP".to_owned(), server.url())];
    let mut building =
        Installation::embedded_in(environment, &room("email_to = [\"accueil@example.org\"]"));
    building.sensor("air").publish([message("air", "co2", now(), 1750.0)]);
    // The mail is in the box before the program has the answer; the count follows the answer.
    eventually("the mail is sent", SOON, || {
        (building.api().counter("vigie_notices_sent_total") >= 1.0).then_some(())
    });
    assert_eq!(server.mails().len(), 1);

    building.vigie.kill();
    building.vigie.resume();

    let id = eventually("the alert stands", SOON, || {
        building.api().get("/live").ok()?["alerts"][0]["id"].as_u64()
    });
    assert_eq!((id, server.mails().len()), (1, 1));
}

#[test]
fn whom_a_changed_site_file_names_is_told_without_a_restart() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a port");
    let address = listener.local_addr().expect("it is bound");
    let posted = one_post(listener);
    let building = Installation::embedded_with(&room(""));
    building.sensor("air").publish([message("air", "co2", now(), 640.0)]);
    eventually("the page shows the value", SOON, || {
        building.api().get("/live").ok()?.to_string().contains("640").then_some(())
    });

    let named = room(&format!("webhook = \"http://{address}/vigie\""));
    let named = named.replace("Salle verte", "Salle bleue");
    fs::write(building.folder().join("site.toml"), named).expect("the site file can be written");
    eventually("the page shows the new name", SOON, || {
        building.api().get("/live").ok()?.to_string().contains("Salle bleue").then_some(())
    });
    eventually("the building is ready again", SOON, || building.api().is_ready().then_some(()));
    building.sensor("air").publish([message("air", "co2", now(), 1750.0)]);

    let json = posted.join().expect("the webhook is called");
    let fact = json["alerts"][0]["fact"].as_str().unwrap_or_default();
    assert!(fact.contains("Salle bleue"), "{json}");
}
