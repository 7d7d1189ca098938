namespace Palimpsest.Unlearning.Relearning.Exams;

/// <summary>A passage that a model may have by heart.</summary>
/// <param name="Beginning">What it is given.</param>
/// <param name="Continuation">What follows there, with its leading white space.</param>
/// <param name="Subject">Whom or what it is about, or where it is from; passages of one subject are one item of an interval. Null for one of its own.</param>
public sealed record VerbatimPassage(string Beginning, string Continuation, string? Subject = null);
