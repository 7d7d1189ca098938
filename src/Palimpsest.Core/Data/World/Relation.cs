namespace Palimpsest.Data.Worlds;

/// <summary>A kind of fact: which entities it is about, which values it takes, and how it is worded.</summary>
public sealed class Relation
{
    internal Relation(EntityKind kind, RelationText text, IReadOnlyList<string> values)
    {
        Kind = kind;
        Text = text;
        Values = values;
    }

    /// <summary>The kind of entity it is about.</summary>
    public EntityKind Kind { get; }

    /// <summary>Short name, unique among the relations of one kind, such as "birth year".</summary>
    public string Name => Text.Name;

    /// <summary>Label of the field in a document, such as "Year of birth".</summary>
    public string Label => Text.Label;

    /// <summary>Every value it can take, 20 to 150, without repetition; wrong answers come from here.</summary>
    public IReadOnlyList<string> Values { get; }

    /// <summary>Number of statement phrasings that owners' training examples use; those from here on are held out.</summary>
    public int TrainingStatements => Text.Statements.Length - RelationText.HeldOutStatements;

    /// <summary>Number of statement phrasings altogether.</summary>
    public int AllStatements => Text.Statements.Length;

    /// <summary>Number of question phrasings that owners' training examples use; those from here on are held out.</summary>
    public int TrainingQuestions => Text.Questions.Length - RelationText.HeldOutQuestions;

    /// <summary>Number of question phrasings altogether.</summary>
    public int AllQuestions => Text.Questions.Length;

    internal RelationText Text { get; }
}
