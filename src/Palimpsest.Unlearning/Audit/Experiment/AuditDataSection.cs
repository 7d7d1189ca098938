using Palimpsest.Common;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>What a model was asked to forget, and what it should still know.</summary>
public sealed record AuditDataSection : IValidated
{
    /// <summary>A file of questions whose answers should be forgotten; without one, facts of the embedded world are learnt, unlearned and audited.</summary>
    public string? Forget { get; init; }

    /// <summary>A file of questions that should still be answered.</summary>
    public string? Retain { get; init; }

    /// <summary>Which rows of the forget file are meant, such as one author's.</summary>
    /// <value>The default is all.</value>
    public RowRange ForgetRows { get; init; } = new();

    /// <summary>Which rows of the retain file.</summary>
    /// <value>The default is all.</value>
    public RowRange RetainRows { get; init; } = new();

    /// <summary>Reads the forget, retain and holdout files as passages that are to be continued: plain text, whose paragraphs blank lines part, or texts in
    /// JSON lines or a table.</summary>
    /// <value>The default is none: they hold questions.</value>
    public PassageOptions? Passages { get; init; }

    /// <summary>A text file, a paragraph a text, that anyone could have about the subjects of the forget set, to relearn from; no answer may be in
    /// it.</summary>
    /// <value>Without one, relearning takes what the forget set itself offers (other questions of the same subjects, prefixes).</value>
    public string? Public { get; init; }

    /// <summary>General text, a paragraph a text, for whether the model still writes.</summary>
    /// <value>Without it that is not looked at.</value>
    public string? General { get; init; }

    /// <summary>Questions of the same kind that no model has seen, for membership inference and the privacy leak.</summary>
    /// <value>Without them these are not measured.</value>
    public string? Holdout { get; init; }

    /// <summary>TOFU's questions on real authors, for its model utility; together with <see cref="WorldFacts"/>.</summary>
    public string? RealAuthors { get; init; }

    /// <summary>TOFU's questions on facts of the world.</summary>
    public string? WorldFacts { get; init; }

    /// <summary>How many rows in a row are about one subject, as TOFU's 20 are, where the files name no subjects; 0 if they do, or nobody knows.</summary>
    /// <value>The default is 0.</value>
    public int PerSubject { get; init; }

    /// <summary>How questions are put to the model.</summary>
    public QuestionForm Form { get; init; } = new();

    /// <summary>The embedded world's part in it; only without files.</summary>
    public AuditWorldSection World { get; init; } = new();

    /// <summary>Most questions of a set that are asked; the first ones are. Models that the audit makes learn all of them.</summary>
    /// <value>The default is 200.</value>
    public int Most { get; init; } = 200;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Forget is null != Retain is null)
        {
            yield return "forget and retain are named together: what should be forgotten, and what should stay.";
        }

        if (Forget is null && (Public ?? General ?? Holdout ?? RealAuthors ?? WorldFacts) is not null)
        {
            yield return "public, general, holdout, real_authors and world_facts belong to files of one's own. Name forget and retain, or leave them out.";
        }

        if (RealAuthors is null != WorldFacts is null)
        {
            yield return "real_authors and world_facts are named together: model utility needs both.";
        }

        if (Forget is null && (Passages is not null || ForgetRows != new RowRange() || RetainRows != new RowRange()))
        {
            yield return "passages, forget_rows and retain_rows belong to files of one's own. Name forget and retain, or leave them out.";
        }

        if (Most < 2 || PerSubject < 0)
        {
            yield return Most < 2 ? "most must be at least 2." : "per_subject must be at least 0.";
        }
    }
}
