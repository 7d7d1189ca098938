using System.Globalization;
using System.Net;
using System.Text;
using Palimpsest.Data.Files;

namespace Palimpsest.Data.Retrieval;

/// <summary>A test collection in TREC's tags: documents with <c>docno</c>, <c>title</c> and <c>text</c>, topics with <c>num</c> and <c>title</c>.</summary>
/// <remarks>The files are not XML: there is no root, and signs stand unescaped; only the tags named here are looked for.</remarks>
public static class TrecCollection
{
    private const int LongestPart = 16 << 20;

    /// <summary>Reads a collection.</summary>
    /// <param name="documents">File of <c>&lt;doc&gt;</c> parts; a document's text is its title and its text.</param>
    /// <param name="queries">File of <c>&lt;top&gt;</c> parts; a query's text is its title.</param>
    /// <param name="judgements">Lines of <c>query 0 document grade</c>.</param>
    /// <param name="runningNumbers">Judgements count the queries 1, 2, 3 in the order of the file, whatever <c>num</c> says, as Cranfield's do.</param>
    /// <exception cref="PalimpsestException">A file is missing or lacks a part.</exception>
    public static RetrievalCollection Read(string documents, string queries, string judgements, bool runningNumbers = false)
    {
        List<RetrievalText> texts = [.. Documents(documents)];
        List<RetrievalText> asked = [.. Parts(queries, "top").Select((part, i) => new RetrievalText(runningNumbers ? (i + 1).ToString(CultureInfo.InvariantCulture) : Required(queries, part, "num"), Required(queries, part, "title")))];
        return RetrievalCollection.Join(Path.GetFileName(documents), texts, asked, Judgements.Read(judgements));
    }

    /// <summary>The documents of a file, read as they are used.</summary>
    /// <param name="path">File of <c>&lt;doc&gt;</c> parts.</param>
    /// <exception cref="PalimpsestException">The file is missing or lacks a part.</exception>
    public static IEnumerable<RetrievalText> Documents(string path) => Parts(path, "doc").Select(part =>
        new RetrievalText(Required(path, part, "docno"), $"{Inside(part, "title")} {Inside(part, "text")}".Trim()));

    /// <summary>What stands between the tags, part by part; only one is held at a time.</summary>
    private static IEnumerable<string> Parts(string path, string tag)
    {
        string open = $"<{tag}>", close = $"</{tag}>";
        StringBuilder part = new();
        int began = 0;
        foreach ((int number, string line) in TextLines.Of(path, blank: true))
        {
            int from = 0;
            while (true)
            {
                int at = line.IndexOf(began > 0 ? close : open, from, StringComparison.OrdinalIgnoreCase);
                if (began > 0)
                {
                    part.Append(line, from, (at < 0 ? line.Length : at) - from).Append(at < 0 ? "\n" : "");
                    if (part.Length > LongestPart)
                    {
                        throw new PalimpsestException($"{path} line {began}: a {open} has more than {LongestPart >> 20} Mi characters before its {close}.");
                    }
                }

                if (at < 0)
                {
                    break;
                }

                from = at + (began > 0 ? close : open).Length;
                if (began > 0)
                {
                    yield return part.ToString();
                    part.Clear();
                }

                began = began > 0 ? 0 : number;
            }
        }

        if (began > 0)
        {
            throw new PalimpsestException($"{path} line {began}: a {open} has no {close}.");
        }
    }

    private static string Required(string path, string part, string tag) => Inside(part, tag) is { Length: > 0 } text
        ? text
        : throw new PalimpsestException($"{path}: a part has no <{tag}>: \"{part.Trim()[..Math.Min(60, part.Trim().Length)]}\".");

    private static string Inside(string part, string tag)
    {
        string open = $"<{tag}>", close = $"</{tag}>";
        int from = part.IndexOf(open, StringComparison.OrdinalIgnoreCase);
        int to = from < 0 ? -1 : part.IndexOf(close, from, StringComparison.OrdinalIgnoreCase);
        return to < 0 ? "" : WebUtility.HtmlDecode(part[(from + open.Length)..to]).Trim();
    }
}
