//! E-mail by SMTP.

use std::time::Duration;

use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::config::MailConfig;
use crate::error::{Error, Result};
use crate::problem::Problem;

/// How long the mail server may take: somebody waits for the answer, and an operation ends after ten seconds.
const PATIENCE: Duration = Duration::from_secs(8);

/// Sends e-mail, or in the demo writes it to the log, or says that it cannot.
#[derive(Debug)]
pub enum Mailer {
    /// Over SMTP.
    Smtp {
        /// The connection to the mail server.
        transport: Box<AsyncSmtpTransport<Tokio1Executor>>,
        /// The sender.
        from: Mailbox,
    },
    /// To the log: for the demo alone, whose people are invented.
    Log,
    /// Not at all: none is configured.
    None,
}

impl Mailer {
    /// A mailer for the configured server.
    ///
    /// # Errors
    /// When the configuration cannot be taken; it was checked when it was loaded.
    pub fn new(config: Option<&MailConfig>) -> Result<Self> {
        let Some(config) = config else { return Ok(Self::None) };
        let transport =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(config.smtp_url.expose()).map_err(Error::internal)?.build();
        Ok(Self::Smtp { transport: Box::new(transport), from: config.from.parse().map_err(Error::internal)? })
    }

    /// Sends a text.
    ///
    /// # Errors
    /// `MAIL_UNAVAILABLE` when the mail server does not take it.
    pub async fn send(&self, to: &str, subject: String, body: String) -> Result<()> {
        match self {
            Self::Smtp { transport, from } => {
                let to = to.parse().map_err(|_| Error::at("email", Problem::Malformed))?;
                let message = Message::builder()
                    .from(from.clone())
                    .to(to)
                    .subject(subject)
                    .header(ContentType::TEXT_PLAIN)
                    .body(body)
                    .map_err(Error::internal)?;
                let cause = match tokio::time::timeout(PATIENCE, transport.send(message)).await {
                    Ok(Ok(_)) => return Ok(()),
                    Ok(Err(error)) => tell(&error),
                    Err(_) => "it did not answer in time".to_owned(),
                };
                tracing::error!(cause, "the mail server did not take an e-mail");
                Err(Error::refused(Problem::MailUnavailable))
            }
            Self::Log => {
                tracing::info!(subject, body, "demo e-mail");
                Ok(())
            }
            Self::None => {
                tracing::error!("an e-mail was to be sent, and BINA_SMTP_URL is not set");
                Err(Error::refused(Problem::MailUnavailable))
            }
        }
    }
}

/// What the log may know: of a server's answer the code alone, for its words repeat the recipient's address.
fn tell(error: &SmtpError) -> String {
    match error.status() {
        Some(code) => format!("it answered {code}"),
        None if error.is_response() => "its answer was not understood".to_owned(),
        None => error.to_string(),
    }
}
