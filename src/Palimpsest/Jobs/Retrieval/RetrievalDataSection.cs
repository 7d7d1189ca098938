using Palimpsest.Common;
using Palimpsest.Data.Retrieval;

namespace Palimpsest.Jobs.Retrieval;

/// <summary>Where a retrieval collection lies and in which form.</summary>
public sealed record RetrievalDataSection : IValidated
{
    /// <summary>The form of the files.</summary>
    /// <value>The default is <see cref="RetrievalForm.Beir"/>.</value>
    public RetrievalForm Form { get; init; }

    /// <summary>The documents; for <see cref="RetrievalForm.Passages"/> the one file there is.</summary>
    public string Documents { get; init; } = "";

    /// <summary>The queries.</summary>
    public string? Queries { get; init; }

    /// <summary>The judgements.</summary>
    public string? Judgements { get; init; }

    /// <summary>Judgements count the queries 1, 2, 3 in the order of the file (Cranfield).</summary>
    /// <value>The default is false.</value>
    public bool RunningNumbers { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Documents.Length == 0)
        {
            yield return "documents must name a file.";
        }

        if (Form != RetrievalForm.Passages && (Queries is null || Judgements is null))
        {
            yield return "queries and judgements must name files (only the form \"passages\" holds everything in one).";
        }
    }

    /// <summary>Reads the collection.</summary>
    internal RetrievalCollection Read() => Form switch
    {
        RetrievalForm.Trec => TrecCollection.Read(Documents, Queries!, Judgements!, RunningNumbers),
        RetrievalForm.Passages => QuestionPassages.Read(Documents),
        _ => BeirCollection.Read(Documents, Queries!, Judgements!),
    };
}
