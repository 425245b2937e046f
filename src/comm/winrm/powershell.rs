//! The PowerShell that we run in guests.

use crate::io::powershell::{self, quoted};

/// Says that PowerShell is there and runs.
pub(super) fn greeting(mark: &str) -> String {
    command(&format!("Write-Output {}", quoted(mark)))
}

/// Joins the base64 lines of the temporary file into `destination`, which may be relative or begin with `~`. The
/// temporary file goes away in any case.
pub(super) fn restore(temporary: &str, destination: &str) -> String {
    command(&format!(
        "$from = [System.IO.Path]::Combine($env:TEMP, {}); $name = {}; \
         $out = $null; \
         try {{ $to = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($name); \
         if (Test-Path -LiteralPath $to -PathType Container) {{ throw \"$name is a folder\" }}; \
         $folder = [System.IO.Path]::GetDirectoryName($to); \
         if ($folder) {{ [void][System.IO.Directory]::CreateDirectory($folder) }}; \
         $out = [System.IO.File]::Create($to); \
         if (Test-Path -LiteralPath $from) {{ foreach ($line in [System.IO.File]::ReadLines($from)) {{ \
         $bytes = [System.Convert]::FromBase64String($line.Trim()); $out.Write($bytes, 0, $bytes.Length) }} }} }} \
         finally {{ if ($out) {{ $out.Close() }}; \
         Remove-Item -LiteralPath $from -Force -ErrorAction SilentlyContinue }}",
        quoted(temporary),
        quoted(destination),
    ))
}

/// Prints a file as lines of base64.
pub(super) fn print(source: &str) -> String {
    command(&format!(
        "$name = {}; $from = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($name); \
         if (Test-Path -LiteralPath $from -PathType Container) {{ throw \"$name is a folder\" }}; \
         $in = [System.IO.File]::OpenRead($from); $block = New-Object byte[] {PRINTED}; \
         try {{ while (($count = $in.Read($block, 0, $block.Length)) -gt 0) {{ \
         [System.Console]::Out.WriteLine([System.Convert]::ToBase64String($block, 0, $count)) }} }} \
         finally {{ $in.Close() }}",
        quoted(source),
    ))
}

/// Bytes of a printed line, before base64.
const PRINTED: usize = 24 * 1024;

/// A command line for `cmd`. Errors end it with status 1; progress would clutter standard error.
fn command(script: &str) -> String {
    let whole = format!(
        "$ProgressPreference = 'SilentlyContinue'; $ErrorActionPreference = 'Stop'; \
         try {{ {script} }} catch {{ [System.Console]::Error.WriteLine($_.Exception.Message); exit 1 }}; exit 0"
    );
    powershell::command(&whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_fit_into_a_line_of_cmd() {
        let path = "c:/Windows/Temp/".to_owned() + &"x".repeat(200);
        assert!(restore("boxwright-0123456789abcdef.tmp", &path).len() < 8000);
        assert!(print(&path).len() < 8000);
    }
}
