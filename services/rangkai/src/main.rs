//! Starts the command line.

use std::process::ExitCode;

use clap::Parser as _;
use rangkai::{Arguments, Screen, run};

#[tokio::main]
async fn main() -> ExitCode {
    let mut screen = Screen::of_the_terminal();
    match run(Arguments::parse(), &mut screen).await {
        Ok(code) => code,
        Err(error) => {
            screen.failure(&error);
            ExitCode::FAILURE
        }
    }
}
