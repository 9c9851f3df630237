//! The `tigerdesk` binary: arguments, settings, tracing, and the only place that decides an exit code.

use std::{env, error::Error, process::ExitCode};

use clap::Parser as _;
use tigerdesk::{
    cli::{Action, Arguments},
    console,
    settings::Settings,
};

fn main() -> ExitCode {
    match act(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tigerdesk: {error}");
            ExitCode::FAILURE
        }
    }
}

fn act(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let settings = Settings::load(arguments.config.as_deref(), env::vars_os())?;
    let folder = |given: Option<std::path::PathBuf>| given.or_else(|| settings.data.dir.clone());
    match arguments.action.unwrap_or(Action::Chat { data: None }) {
        Action::Run => todo!(),
        Action::Chat { data } => console::chat(&console::open(folder(data).as_deref())?)?,
        Action::Ask { format, data, question } => {
            console::ask(&console::open(folder(data).as_deref())?, &question.join(" "), format)?;
        }
        Action::Check { dir } => console::check(folder(dir).as_deref())?,
    }
    Ok(())
}
