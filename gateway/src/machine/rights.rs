//! Rights of a command that root runs: it works as the owner of the data folder, so that the service can use all that it
//! leaves there. What root may do and that owner may not is given up for good: a link that somebody planted in the folder
//! leads no further than its owner could go.
//!
//! Linux keeps identities by thread. They are changed while there is one thread, from which all later ones have theirs.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use crate::failure::Failure;

/// Makes this process work as the owner of `data`, when root runs it and another user owns that folder, or the folder in which
/// it is to be made. To be called before anything is opened there, and before there are other threads.
///
/// # Errors
/// [`Failure::Unavailable`] when the system does not let it; then nothing was done.
pub(crate) fn become_owner_of(data: &Path) -> Result<(), Failure> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let Some((folder, owner)) = nearest(data) else { return Ok(()) };
    let uid = owner.uid();
    if uid == 0 {
        return Ok(());
    }
    let gid = primary_group(&fs::read_to_string("/etc/passwd").unwrap_or_default(), uid)
        .unwrap_or_else(|| owner.gid());
    become_user(uid, gid).map_err(|error| {
        Failure::Unavailable(format!(
            "{} belongs to user {uid}, and root cannot work as that user: {error}; run the command as that user, with \
             `sudo -u '#{uid}' vigie ...`",
            folder.display()
        ))
    })?;
    tracing::info!(uid, folder = %folder.display(), "works as the owner of the data folder");
    Ok(())
}

/// Whether this process may replace a file by another one of its name.
pub(crate) fn may_replace(file: &Path) -> io::Result<()> {
    const STICKY: u32 = 0o1000;
    let file = fs::canonicalize(file)?;
    let folder = file.parent().unwrap_or(&file);
    access(&file, Access::WRITE_OK)?;
    access(folder, Access::WRITE_OK)?;
    // In such a folder everybody replaces only what is their own.
    let (beneath, above) = (fs::metadata(&file)?, fs::metadata(folder)?);
    let me = geteuid().as_raw();
    let is_kept = above.mode() & STICKY != 0 && ![0, beneath.uid(), above.uid()].contains(&me);
    if is_kept { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
}

fn become_user(uid: u32, gid: u32) -> io::Result<()> {
    if fs::read_dir("/proc/self/task")?.count() != 1 {
        return Err(io::Error::other("there are threads already"));
    }
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    // The groups first: afterwards there is no right to change them.
    set_thread_groups(&[gid])?;
    set_thread_res_gid(gid, gid, gid)?;
    set_thread_res_uid(uid, uid, uid)?;
    Ok(())
}

/// The folder, or the nearest one above it that is there.
fn nearest(data: &Path) -> Option<(PathBuf, Metadata)> {
    let data = std::path::absolute(data).ok()?;
    data.ancestors().find_map(|folder| Some((folder.to_owned(), fs::metadata(folder).ok()?)))
}

/// The group that the lines of `/etc/passwd` give this user.
fn primary_group(passwd: &str, uid: u32) -> Option<u32> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':').skip(2);
        let is_user = fields.next()?.parse() == Ok(uid);
        is_user.then(|| fields.next()?.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_the_group_that_the_system_gives_it() {
        let passwd = "root:x:0:0::/root:/bin/sh\nbroken\nvigie:x:990:985::/var/lib/vigie:/usr/sbin/nologin\n";
        assert_eq!(primary_group(passwd, 990), Some(985));
        assert_eq!(primary_group(passwd, 991), None);
    }

    #[test]
    fn a_folder_that_is_not_there_yet_goes_by_the_one_in_which_it_will_be() {
        let folder = tempfile::tempdir().unwrap();
        let (found, _) = nearest(&folder.path().join("not/yet")).unwrap();
        assert_eq!(found, folder.path());
    }
}
