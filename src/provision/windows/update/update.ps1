# One pass of the Windows Update Agent. Before this text stand $criteria (what to search for), $limit (how many to
# install at most) and $filters (the first whose expression is true of an update decides).
# It ends with 0 when nothing is left, 101 when Windows must restart, 102 to look again, 1 when nothing worked.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

Remove-Item -LiteralPath $MyInvocation.MyCommand.Path -Force

function Test-Wanted($update) {
    foreach ($filter in $filters) {
        if ($update | Where-Object $filter.Matches) { return $filter.Includes }
    }
    return $false
}

# Results of the agent: 2 is success, 3 is success with errors.
function Test-Good($result) { return $result.ResultCode -eq 2 -or $result.ResultCode -eq 3 }

function New-Collection { return , (New-Object -ComObject Microsoft.Update.UpdateColl) }

# An update that wants to be alone goes alone, when it is the first.
function Select-Updates($found) {
    $chosen = New-Collection
    for ($at = 0; $at -lt $found.Count -and $chosen.Count -lt $limit; $at++) {
        $update = $found.Item($at)
        $isAlone = $update.InstallationBehavior.Impact -eq 2
        if ($update.InstallationBehavior.CanRequestUserInput) {
            "left out, it asks questions: $($update.Title)" | Out-Host
            continue
        }
        if (-not (Test-Wanted $update)) {
            "left out by the filters: $($update.Title)" | Out-Host
            continue
        }
        if ($isAlone -and $chosen.Count -gt 0) { continue }
        if (-not $update.EulaAccepted) { $update.AcceptEula() }
        "found: $($update.Title)" | Out-Host
        [void]$chosen.Add($update)
        if ($isAlone) { break }
    }
    return , $chosen
}

try {
    if ((New-Object -ComObject Microsoft.Update.SystemInfo).RebootRequired) {
        'Windows must restart before it takes updates'
        exit 101
    }
    $session = New-Object -ComObject Microsoft.Update.Session
    $session.ClientApplicationID = 'boxwright'
    $found = $session.CreateUpdateSearcher().Search($criteria).Updates
    $chosen = Select-Updates $found
    if ($chosen.Count -eq 0) {
        'no updates are left'
        exit 0
    }

    "downloading $($chosen.Count) updates"
    $downloader = $session.CreateUpdateDownloader()
    $downloader.Updates = $chosen
    [void]$downloader.Download()
    $ready = New-Collection
    for ($at = 0; $at -lt $chosen.Count; $at++) {
        $update = $chosen.Item($at)
        if ($update.IsDownloaded) { [void]$ready.Add($update) } else { "not downloaded: $($update.Title)" }
    }
    if ($ready.Count -eq 0) { throw 'no update could be downloaded' }

    "installing $($ready.Count) updates"
    $installer = $session.CreateUpdateInstaller()
    $installer.AllowSourcePrompts = $false
    $installer.Updates = $ready
    $outcome = $installer.Install()
    $good = 0
    for ($at = 0; $at -lt $ready.Count; $at++) {
        $result = $outcome.GetUpdateResult($at)
        if (Test-Good $result) { $good++; $word = 'installed' } else { $word = 'failed with 0x{0:x8}' -f $result.HResult }
        "${word}: $($ready.Item($at).Title)"
    }
    if ($outcome.RebootRequired) { exit 101 }
    if ($good -eq 0) { exit 1 }
    exit 102
} catch {
    [Console]::Error.WriteLine($_.Exception.Message)
    exit 1
}
