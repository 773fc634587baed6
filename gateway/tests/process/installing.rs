//! The shipped unit and the commands agree about user, site file and data folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The values of a setting of a unit.
fn settings(unit: &str, name: &str) -> Vec<String> {
    let lines = unit.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    lines.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

#[test]
fn a_service_runs_as_a_user_of_its_own_that_the_installation_makes() {
    for (unit, users, name) in [
        ("gateway/deploy/vigie.service", "gateway/deploy/sysusers.conf", "vigie"),
        ("sensors/deploy/vigie-node.service", "sensors/deploy/sysusers.conf", "vigie-node"),
    ] {
        let unit = shipped(unit);
        assert!(settings(&unit, "DynamicUser").is_empty(), "{name}");
        assert_eq!(settings(&unit, "User"), [name]);
        assert_eq!(settings(&unit, "StateDirectory"), [name]);
        assert_eq!(settings(&unit, "StateDirectoryMode"), ["0700"]);
        assert!(shipped(users).lines().any(|line| line.starts_with(&format!("u {name} "))));
        let environment = settings(&unit, "Environment");
        for malloc in ["MALLOC_ARENA_MAX=2", "MALLOC_MMAP_THRESHOLD_=1048576"] {
            assert!(environment.iter().any(|it| it == malloc), "{name}: {environment:?}");
        }
    }
}

#[test]
fn a_change_of_the_site_file_may_be_written_and_its_folder_is_made_for_that() {
    let unit = shipped("gateway/deploy/vigie.service");
    let environment = settings(&unit, "Environment");
    let site = environment.iter().find_map(|it| it.strip_prefix("VIGIE_SITE=")).unwrap();
    let folder = PathBuf::from(site).parent().unwrap().display().to_string();
    assert_eq!(settings(&unit, "ProtectSystem"), ["strict"]);
    assert!(settings(&unit, "ReadWritePaths").contains(&format!("-{folder}")));
    let made = shipped("gateway/deploy/tmpfiles.conf");
    let is_made = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.len() > 4 && words[..2] == ["d", folder.as_str()] && words[4] == "vigie"
    };
    assert!(made.lines().any(is_made), "{made}");
}

#[test]
fn systemd_understands_the_shipped_units() {
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else { return };
    assert!(version.status.success());
    for name in ["gateway/deploy/vigie.service", "sensors/deploy/vigie-node.service"] {
        let folder = tempfile::tempdir().unwrap();
        let unit = folder.path().join(Path::new(name).file_name().unwrap());
        // The program is not installed where this test runs.
        let text = shipped(name);
        let lines = text.lines().map(|line| match line.strip_prefix("ExecStart=") {
            Some(_) => "ExecStart=/bin/true",
            None => line,
        });
        fs::write(&unit, lines.collect::<Vec<_>>().join("\n")).unwrap();
        let output = Command::new("systemd-analyze")
            .args(["verify", "--man=no"])
            .arg(&unit)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let ours: Vec<_> =
            said.lines().filter(|line| line.contains(&*unit.to_string_lossy())).collect();
        assert!(ours.is_empty(), "{name}: {said}");
    }
}
