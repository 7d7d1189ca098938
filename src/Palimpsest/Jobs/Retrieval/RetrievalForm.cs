namespace Palimpsest.Jobs.Retrieval;

/// <summary>The forms of a retrieval collection.</summary>
public enum RetrievalForm
{
    /// <summary><c>corpus.jsonl</c>, <c>queries.jsonl</c> and a table of judgements (<see cref="Data.Retrieval.BeirCollection"/>).</summary>
    Beir,

    /// <summary>TREC's tags (<see cref="Data.Retrieval.TrecCollection"/>).</summary>
    Trec,

    /// <summary>Questions with their own passages (<see cref="Data.Retrieval.QuestionPassages"/>).</summary>
    Passages,
}
