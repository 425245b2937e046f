# Runs $command as $user in a task of the Task Scheduler, with all rights, passes on what it prints and ends with
# its status. Before this text stand $name, $user, $password and $command.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# The password stands in this file, and PowerShell has read it to its end.
Remove-Item -LiteralPath $MyInvocation.MyCommand.Path -Force

$log = Join-Path $env:SystemRoot "Temp\$name.log"
$hasNotRun = 267011
$isRunning = 267009
$stateReady = 3
$block = New-Object byte[] 65536
$shown = 0
$out = [Console]::OpenStandardOutput()

# The bytes that the log has gained. It may be locked for a moment.
function Show-Gain {
    if (-not (Test-Path -LiteralPath $log)) { return }
    try { $in = [IO.File]::Open($log, 'Open', 'Read', 'ReadWrite') } catch { return }
    try {
        [void]$in.Seek($script:shown, 'Begin')
        while (($count = $in.Read($block, 0, $block.Length)) -gt 0) {
            $out.Write($block, 0, $count)
            $script:shown += $count
        }
        $out.Flush()
    } finally {
        $in.Close()
    }
}

$status = 1
$scheduler = New-Object -ComObject Schedule.Service
$scheduler.Connect()
$tasks = $scheduler.GetFolder('\')
try {
    $wanted = $scheduler.NewTask(0)
    $wanted.RegistrationInfo.Description = 'A command of an image build'
    $wanted.Principal.RunLevel = 1
    # No limit of time, no care for batteries, and the priority of a program that somebody started.
    $wanted.Settings.ExecutionTimeLimit = 'PT0S'
    $wanted.Settings.DisallowStartIfOnBatteries = $false
    $wanted.Settings.StopIfGoingOnBatteries = $false
    $wanted.Settings.Priority = 4
    $action = $wanted.Actions.Create(0)
    $action.Path = Join-Path $env:SystemRoot 'System32\cmd.exe'
    $action.Arguments = '/d /s /c "' + $command + ' > "' + $log + '" 2>&1"'

    # An account without a password is one of the system's own: it logs on as a service.
    $logon = 1
    $secret = $password
    if ($password -eq '') { $logon = 5; $secret = $null }
    [void]$tasks.RegisterTaskDefinition($name, $wanted, 6, $user, $secret, $logon, $null)
    [void]$tasks.GetTask("\$name").Run($null)

    # A command may end before it is seen to run: only its result tells that it has.
    $patience = [DateTime]::UtcNow.AddMinutes(2)
    do {
        Start-Sleep -Milliseconds 200
        Show-Gain
        $task = $tasks.GetTask("\$name")
        $status = $task.LastTaskResult
        $waits = $status -eq $hasNotRun -and $task.State -eq $stateReady
        if ($waits -and [DateTime]::UtcNow -gt $patience) { throw 'the Task Scheduler does not start the task' }
    } while ($status -eq $hasNotRun -or $status -eq $isRunning)
    Show-Gain
} catch {
    [Console]::Error.WriteLine("cannot run a command as ${user}: $($_.Exception.Message)")
    $status = 1
} finally {
    try { $tasks.DeleteTask($name, 0) } catch { }
    Remove-Item -LiteralPath $log -Force -ErrorAction SilentlyContinue
}
exit $status
