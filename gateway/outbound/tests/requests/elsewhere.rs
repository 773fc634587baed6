//! A process of its own that asks once, so that it can have an environment of its own: proxies, and authorities to trust.

use std::process::Command;
use std::time::Duration;

const ADDRESS: &str = "VIGIE_TEST_ADDRESS";

/// What a process in this environment is answered at `address`.
pub(crate) async fn ask(address: &str, environment: &[(&str, String)]) -> String {
    let mut process = Command::new(std::env::current_exe().unwrap());
    process
        .args(["--exact", "elsewhere::asks_once", "--ignored", "--nocapture"])
        .env_clear()
        .env(ADDRESS, address)
        .envs(environment.iter().map(|(name, value)| (*name, value)));
    let ended = tokio::task::spawn_blocking(move || process.output()).await.unwrap().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    let outcome = said.lines().find_map(|line| line.split_once("outcome: "));
    outcome.unwrap_or_else(|| panic!("{said}")).1.to_owned()
}

#[tokio::test]
#[ignore = "a process of its own, which other tests start"]
async fn asks_once() {
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let client = outbound::client(&address, Duration::from_mins(1)).unwrap();
    let asked = async {
        let answer = client.get(&address).send().await?;
        Ok::<_, reqwest::Error>((answer.status().as_u16(), answer.text().await?))
    };
    match asked.await {
        Ok((status, body)) => eprintln!("outcome: {status} {body}"),
        Err(error) => eprintln!("outcome: {}", outbound::cause(&error)),
    }
}
