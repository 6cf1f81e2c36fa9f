//! Load on a running Bina, for `scripts/bench`: people who check in and who open their first screen.
//!
//! The people are rows that `prepare` writes straight into a migrated database; their tokens are real ones, signed with
//! the server's key file. Every answer is read and looked at: what is not the expected answer is an error.

mod connection;
mod load;
mod operation;
mod people;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use self::load::{Pace, Report};
use self::operation::Operation;

/// How long a closed load looks away once it has nothing to do.
const GLANCE: Duration = Duration::from_micros(200);

/// Why a run ended without a result.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Load on a running Bina.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes the people into a migrated database.
    Prepare {
        /// `postgres://…` or `sqlite://FILE`.
        #[arg(long)]
        database: String,
        /// How many people.
        #[arg(long, default_value_t = 2_000)]
        people: u32,
    },
    /// Prints the token of the first of the people.
    Token {
        /// The server's key file.
        #[arg(long)]
        keys: PathBuf,
    },
    /// As many requests as the server answers: each connection asks again once its answer was seen.
    Closed(Load),
    /// So many requests a second, whether the server keeps up or not. A request's time is counted from when it should
    /// have been sent, so that no wait is hidden.
    Open {
        /// Requests a second.
        #[arg(long, default_value_t = 2_600)]
        rate: u32,
        #[command(flatten)]
        load: Load,
    },
}

#[derive(Debug, Args)]
struct Load {
    /// The server.
    #[arg(long)]
    server: SocketAddr,
    /// The server's key file.
    #[arg(long)]
    keys: PathBuf,
    /// As many as were prepared.
    #[arg(long, default_value_t = 2_000)]
    people: u32,
    /// Connections.
    #[arg(long, default_value_t = 128)]
    connections: usize,
    /// How long.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// What everybody does.
    #[arg(long, value_enum, default_value_t = Operation::CheckIn)]
    operation: Operation,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nothing is left to do when the terminal does not take it.
            let _ = writeln!(io::stderr(), "bina-bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    // One thread: what the load takes of the machine, the server does not have.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    if let Command::Closed(_) = &cli.command {
        // Answers are looked for now and then, and many are found: to be woken for each costs load, server and database
        // their turns on the processors.
        runtime.on_thread_park(|| std::thread::sleep(GLANCE));
    }
    let runtime = runtime.enable_all().build()?;
    let (load, pace) = match cli.command {
        Command::Prepare { database, people } => return runtime.block_on(people::prepare(&database, people)),
        Command::Token { keys } => {
            writeln!(io::stdout(), "{}", people::logged_in(&keys, 1)?.concat())?;
            return Ok(());
        }
        Command::Closed(load) => (load, Pace::Closed),
        Command::Open { rate, load } => (load, Pace::Open { rate }),
    };
    let crowd = people::logged_in(&load.keys, load.people)?;
    let time = Duration::from_secs_f64(load.seconds);
    let run = load::run(load.server, crowd, load.operation, load.connections, time, pace);
    let report: Report = runtime.block_on(tokio::task::LocalSet::new().run_until(run))?;
    writeln!(io::stdout(), "{}", serde_json::to_string(&report)?)?;
    Ok(())
}
