//! `bina verify`: is the audit log what it was?

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};

use super::start::{configure, existing};
use super::{CliError, io_error};
use crate::audit::verify::{self, Head};

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Prints the chains' heads as JSON, to be kept where nobody who can write the database can write.
    #[arg(long)]
    json: bool,
    /// Heads that were kept from an earlier `--json`: each must still be in its chain.
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
}

/// What `--json` prints and `--heads` reads.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heads {
    chains: Vec<Head>,
}

pub(super) async fn run(args: VerifyArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let kept = args.heads.as_deref().map(read).transpose()?;
    let db = existing(&configure("bina-data")?).await?;
    let (mut chains, mut broken, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    verify::verify(db.read(), &mut |found| match found {
        Ok(head) => {
            lines.push(format!("{}  {} entries  head {}", head.chain, head.length, head.hash));
            chains.push(head);
        }
        Err(fault) => {
            lines.push(fault.to_string());
            broken.push(fault);
        }
    })
    .await?;
    if let Some(kept) = &kept {
        broken.extend(verify::hold_against(db.read(), &kept.chains).await?);
    }
    db.close().await?;
    if let Some(first) = broken.into_iter().next() {
        // The heads of a broken log are nothing to keep.
        if !args.json {
            print(out, &lines)?;
        }
        return Err(CliError::Broken(first.to_string()));
    }
    if args.json {
        let text =
            serde_json::to_string_pretty(&Heads { chains }).map_err(|error| io_error("the heads")(error.into()))?;
        return print(out, &[text]);
    }
    if lines.is_empty() {
        lines.push("no audit entries yet".to_owned());
    }
    if let Some(kept) = &kept {
        lines.push(format!("all {} kept heads are still there", kept.chains.len()));
    }
    print(out, &lines)
}

fn print(out: &mut (dyn Write + Send), lines: &[String]) -> Result<(), CliError> {
    lines.iter().try_for_each(|line| writeln!(out, "{line}")).map_err(io_error("the terminal"))
}

fn read(file: &Path) -> Result<Heads, CliError> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(io_error(name.clone()))?;
    serde_json::from_str(&text).map_err(|error| io_error(name)(error.into()))
}
