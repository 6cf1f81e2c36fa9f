//! `bina`: see `bina --help`.

use std::io::Write as _;
use std::process::ExitCode;

use bina::cli::{self, Cli};
use clap::Parser as _;

/// A request makes some hundred small values and frees them on whichever thread it ended.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Resolving a GraphQL answer is deep recursion; the guard bounds it, this carries it.
const STACK: usize = 8 * 1024 * 1024;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().thread_stack_size(STACK).build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    // Not on the main thread: its stack is the operating system's affair.
    let done = runtime.block_on(async { tokio::spawn(async { cli::run(cli, &mut std::io::stdout()).await }).await });
    // What still runs ends with it, and may have something to say.
    drop(runtime);
    bina::http::log::flush();
    match done {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => fail(&error),
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn std::fmt::Display) -> ExitCode {
    // Nothing is left to do when the terminal does not take it.
    let _ = writeln!(std::io::stderr(), "bina: {error}");
    ExitCode::FAILURE
}
