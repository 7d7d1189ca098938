using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Data.Preferences;
using Palimpsest.Data.Retrieval;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Queries with the passages that answer them: what is learnt, and what held-out queries are to find.</summary>
/// <param name="File">The pairs.</param>
/// <param name="Collection">The held-out queries over all held-out passages and many of those of the training.</param>
internal sealed record RetrievalData(FinetuneFile File, RetrievalCollection Collection)
{
    // They make the search harder, and each must be encoded twice.
    private const int MostOtherPassages = 2000;
    private const int ShuffleBuffer = 4096;

    /// <summary>Whose data it is.</summary>
    public string Subject => string.Create(
        CultureInfo.InvariantCulture, $"{File.Name}, {Collection.Queries.Count:N0} held-out queries over {Collection.Documents.Count:N0} passages");

    public static RetrievalData Of(FinetuneDataSection data)
    {
        FinetuneFile file = FinetuneFile.Of(data, path => Open(data, path));
        IEnumerable<string> others = file.Training.From(0).Select(item => item.Example.Completion).Distinct(StringComparer.Ordinal).Take(MostOtherPassages);
        string[] passages = [.. file.HeldOut.SelectMany(PassagesOf).Concat(others).Distinct(StringComparer.Ordinal)];
        RetrievalText[] documents = [.. passages.Select((text, i) => new RetrievalText(Id("p", i), text))];
        Dictionary<string, string> ids = documents.ToDictionary(document => document.Text, document => document.Id, StringComparer.Ordinal);
        List<RetrievalText> queries = [];
        Dictionary<string, IReadOnlyDictionary<string, int>> judgements = new(StringComparer.Ordinal);
        foreach (IGrouping<string, TextExample> asked in file.HeldOut.GroupBy(example => example.Prompt, StringComparer.Ordinal))
        {
            queries.Add(new RetrievalText(Id("q", queries.Count), asked.Key));
            judgements.Add(queries[^1].Id, asked.Select(example => ids[example.Completion]).Distinct().ToDictionary(id => id, _ => 1));
        }

        return new RetrievalData(file, new RetrievalCollection(file.Name, documents, queries, judgements));

        static string Id(string kind, int number) => kind + number.ToString("D7", CultureInfo.InvariantCulture);
    }

    /// <summary>The pairs of a file; one that ends in <c>.gz</c> holds questions with their own passages, as a comparison of retrievers reads them.</summary>
    public static IExampleSource Open(FinetuneDataSection data, string file)
    {
        if (!file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            return data.Columns.Open(file, data.SkipBad, AnswerForm.Passages);
        }

        ColumnsSection columns = data.Columns;
        if (data.SkipBad || columns.Header.Count > 0 || !columns.Quotes
            || new[] { columns.Prompt, columns.Completion, columns.Rejected, columns.Owner }.Any(name => name is not null))
        {
            throw new PalimpsestException($"{file}: of questions with their own passages in a gzipped file nothing is left out and no column is "
                + "chosen. Leave out data.skip_bad and data.columns, or unpack and convert the file.");
        }

        RetrievalCollection read = QuestionPassages.Read(file);
        return new ListSource(read.Name,
            [.. read.Queries.Zip(read.Documents, (query, passage) => new TextExample(query.Text, passage.Text) { Preference = new Preference() })]);
    }

    /// <summary>The training pairs without end, shuffled.</summary>
    public IExampleStream Stream(Torch.TorchContext context) => new ExampleStream(File.Training, context.Stream("finetune", "own"), ShuffleBuffer);

    private static IEnumerable<string> PassagesOf(TextExample example) => new[] { example.Completion, example.Preference?.RejectedCompletion }.OfType<string>();
}
