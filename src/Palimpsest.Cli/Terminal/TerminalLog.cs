using System.Globalization;
using Palimpsest.Runs;
using Spectre.Console;

namespace Palimpsest.Cli.Terminal;

/// <summary>A terminal: sentences above, and one line at the bottom with a bar, the figures and the time left.</summary>
internal sealed class TerminalLog(IAnsiConsole console) : IJobLog, IDisposable
{
    private const int BarWidth = 28;
    private const int RedrawMilliseconds = 100;
    private const string ClearLine = "\r\u001b[K";
    private readonly TextWriter _writer = console.Profile.Out.Writer;
    private long _drawn;
    private bool _open;

    public void Say(string sentence)
    {
        _writer.Write(_open ? ClearLine : "");
        _open = false;
        console.WriteLine(sentence);
    }

    public void Progress(JobProgress progress)
    {
        long now = Environment.TickCount64;
        bool last = progress.Done >= progress.Total;
        if (now - _drawn < RedrawMilliseconds && !last)
        {
            return;
        }

        _drawn = now;
        int full = (int)(BarWidth * Math.Min(1, progress.Done / Math.Max(1, progress.Total)));
        string line = string.Create(CultureInfo.InvariantCulture, $"{progress.Stage} {new string('━', full)}{new string('╌', BarWidth - full)} {progress.Done:N0}/{progress.Total:N0}  {progress.Detail}  {PlainLog.Left(progress.Left)}");
        int width = Math.Max(20, console.Profile.Width - 1);
        _writer.Write(ClearLine + (line.Length > width ? line[..width] : line));
        _writer.Flush();
        _open = true;
        if (last)
        {
            Dispose();
        }
    }

    /// <summary>Leaves the last line standing and goes to the next.</summary>
    public void Dispose()
    {
        if (_open)
        {
            _writer.WriteLine();
            _open = false;
        }
    }
}
