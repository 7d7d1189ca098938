namespace Palimpsest.Cli.Commands;

/// <summary>Ctrl-C as the end of one generation instead of the process; a second one ends the process.</summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>Exit code of a command that was stopped by Ctrl-C, as shells have it.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _source = new();

    public Interruption() => System.Console.CancelKeyPress += Cancel;

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        System.Console.CancelKeyPress -= Cancel;
        _source.Dispose();
    }

    private void Cancel(object? sender, ConsoleCancelEventArgs press)
    {
        press.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
