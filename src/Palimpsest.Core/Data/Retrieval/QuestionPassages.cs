using System.Globalization;

namespace Palimpsest.Data.Retrieval;

/// <summary>Questions that each come with their own passage, as in the open form of Natural Questions: every question must find its passage among all of them.</summary>
/// <remarks>JSON lines with <c>question</c> and <c>ctxs</c>, of which the one with <c>isgold</c> (else the first) is the passage: <c>title</c> and <c>text</c>; Liu et al., Lost in the Middle, TACL 2024.</remarks>
public static class QuestionPassages
{
    /// <summary>Reads questions with passages.</summary>
    /// <param name="path">JSON lines, gzipped if the name ends in <c>.gz</c>.</param>
    /// <exception cref="PalimpsestException">The file is missing or a line is not of its form.</exception>
    public static RetrievalCollection Read(string path)
    {
        List<RetrievalText> documents = [], queries = [];
        Dictionary<string, IReadOnlyDictionary<string, int>> judgements = new(StringComparer.Ordinal);
        foreach (JsonObjects line in JsonObjects.Of(path, "question", "ctxs"))
        {
            string id = documents.Count.ToString("D7", CultureInfo.InvariantCulture);
            JsonObjects passage = line.Items("ctxs") is { Count: > 0 } all ? all.FirstOrDefault(item => item.Flag("isgold")) ?? all[0] : throw line.Bad("\"ctxs\" holds no passage");
            documents.Add(new RetrievalText(id, $"{passage.TextOrEmpty("title")} {passage.Text("text")}".Trim()));
            queries.Add(new RetrievalText(id, line.Text("question")));
            judgements.Add(id, new Dictionary<string, int>(StringComparer.Ordinal) { [id] = 1 });
        }

        return RetrievalCollection.Join(Path.GetFileName(path), documents, queries, judgements);
    }
}
