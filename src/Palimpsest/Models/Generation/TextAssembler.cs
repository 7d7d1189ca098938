using System.Text;
using Palimpsest.Text;

namespace Palimpsest.Models.Generation;

/// <summary>Turns the tokens of one sequence into text that can be given out: whole characters, and nothing that may yet turn out to be the beginning of a stop text.</summary>
internal sealed class TextAssembler(DecodeStream stream, IReadOnlyList<string> stopTexts)
{
    private readonly StringBuilder _text = new();
    private string _held = "";

    /// <summary>All the text that was given out.</summary>
    public string Text => _text.ToString();

    /// <summary>Whether a stop text was found.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes a token; gives the text that is certain now, perhaps none.</summary>
    public string Add(int token) => Take(stream.Add(token));

    /// <summary>Gives what was held back.</summary>
    public string End()
    {
        string last = Stopped ? "" : Take(stream.Flush());
        if (!Stopped)
        {
            _text.Append(_held);
            (last, _held) = (last + _held, "");
        }

        return last;
    }

    private string Take(string? piece)
    {
        if (Stopped || string.IsNullOrEmpty(piece))
        {
            return "";
        }

        string all = _held + piece;
        int found = stopTexts.Select(stop => all.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        Stopped = found >= 0;
        int certain = Stopped ? found : all.Length - Overlap(all);
        _held = Stopped ? "" : all[certain..];
        _text.Append(all, 0, certain);
        return all[..certain];
    }

    /// <summary>Length of the longest end of a text that begins a stop text.</summary>
    private int Overlap(string text)
    {
        for (int length = Math.Min(text.Length, stopTexts.Select(stop => stop.Length - 1).DefaultIfEmpty(0).Max()); length > 0; length--)
        {
            string end = text[^length..];
            if (stopTexts.Any(stop => stop.Length > length && stop.StartsWith(end, StringComparison.Ordinal)))
            {
                return length;
            }
        }

        return 0;
    }
}
