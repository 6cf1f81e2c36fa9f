//! Before parsing: one pass over the text, by the lexical grammar of GraphQL (specification, section 2.1).
//!
//! Whatever the parser reads as a bracket, this reads as one: a string that does not end is refused here, so that
//! no quotation mark can make the two disagree about what lies outside strings. Behind the first place that the
//! parser refuses, the count no longer matters.

use async_graphql::Pos;

use super::{Breach, Limits, Measure, at_most};

/// Checks length, tokens and bracket depth of a query text.
///
/// # Errors
/// Names the limit that is passed, or the place of a string without end or of a NUL.
pub fn scan(query: &str, limits: &Limits) -> Result<(), Breach> {
    at_most(Measure::Bytes, query.len(), limits.query_bytes)?;
    let mut lexer = Lexer { text: query.as_bytes(), at: 0 };
    let (mut tokens, mut depth) = (0, 0_usize);
    while let Some(token) = lexer.next_token().map_err(|at| malformed(query, at))? {
        tokens += 1;
        match token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            Token::Other => {}
        }
        at_most(Measure::Tokens, tokens, limits.tokens)?;
        at_most(Measure::Brackets, depth, limits.brackets)?;
    }
    Ok(())
}

fn malformed(query: &str, at: usize) -> Breach {
    let before = &query.as_bytes()[..at];
    let mut lines = before.split(|byte| *byte == b'\n');
    let last = lines.next_back().unwrap_or_default();
    let (line, column) = (lines.count() + 1, String::from_utf8_lossy(last).chars().count() + 1);
    Breach::Malformed(Pos { line, column })
}

enum Token {
    Open,
    Close,
    Other,
}

struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
}

impl Lexer<'_> {
    /// The next token; the error is where the text goes wrong.
    fn next_token(&mut self) -> Result<Option<Token>, usize> {
        self.skip_ignored();
        let Some(byte) = self.peek() else { return Ok(None) };
        let start = self.at;
        match byte {
            0 => return Err(start),
            b'(' | b'[' | b'{' | b')' | b']' | b'}' => {
                self.at += 1;
                return Ok(Some(if matches!(byte, b'(' | b'[' | b'{') { Token::Open } else { Token::Close }));
            }
            b'"' if self.rest().starts_with(b"\"\"\"") => self.block_string()?,
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number(),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.skip_while(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
            }
            b'.' if self.rest().starts_with(b"...") => self.at += 3,
            // A punctuator, or what the parser will refuse: one a character.
            _ => self.at += 1,
        }
        Ok(Some(Token::Other))
    }

    fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_while(&mut self, condition: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&condition) {
            self.at += 1;
        }
    }

    /// White space, commas, comments and the byte order mark.
    fn skip_ignored(&mut self) {
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b',' | b'\n' | b'\r') => self.at += 1,
                Some(b'#') => self.skip_while(|byte| !matches!(byte, b'\n' | b'\r' | 0)),
                _ if self.rest().starts_with(BYTE_ORDER_MARK) => self.at += BYTE_ORDER_MARK.len(),
                _ => return,
            }
        }
    }

    fn number(&mut self) {
        let is_negative = self.peek() == Some(b'-');
        self.at += usize::from(is_negative);
        // No digit follows a leading zero: `00` is two numbers to the parser.
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.skip_while(|byte| byte.is_ascii_digit());
        }
        if self.peek() == Some(b'.') && self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
            self.skip_while(|byte| byte.is_ascii_digit());
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.skip_while(|byte| byte.is_ascii_digit());
        }
    }

    fn string(&mut self) -> Result<(), usize> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                None | Some(b'\n' | b'\r') => return Err(start),
                Some(0) => return Err(self.at),
                Some(b'\\') if self.rest().starts_with(br"\u0000") => return Err(self.at),
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(())
    }

    fn block_string(&mut self) -> Result<(), usize> {
        let start = self.at;
        self.at += 3;
        loop {
            let rest = self.rest();
            if rest.starts_with(b"\"\"\"") {
                break;
            }
            match rest.first() {
                None => return Err(start),
                Some(0) => return Err(self.at),
                Some(b'\\') if rest.starts_with(b"\\\"\"\"") => self.at += 4,
                Some(_) => self.at += 1,
            }
        }
        self.at += 3;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
