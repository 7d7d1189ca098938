using System.Text;

namespace Palimpsest.Cli.Commands;

/// <summary>Writes texts that grow at the same time one after the other: the first as it grows, each other one as soon as those before it have ended.</summary>
internal sealed class OrderedText(TextWriter output, IReadOnlyList<string> beginnings)
{
    private readonly StringBuilder[] _waiting = [.. beginnings.Select(text => new StringBuilder(text))];
    private int _current;

    /// <summary>Adds a piece to a text.</summary>
    public void Add(int index, string piece)
    {
        _waiting[index].Append(piece);
        if (index == _current)
        {
            Flush();
        }
    }

    /// <summary>Writes the beginning of the first.</summary>
    public void Flush()
    {
        output.Write(_waiting[_current]);
        output.Flush();
        _waiting[_current].Clear();
    }

    /// <summary>Writes all that is left.</summary>
    public void End()
    {
        for (; _current < _waiting.Length; _current++)
        {
            Flush();
            output.WriteLine();
        }
    }
}
