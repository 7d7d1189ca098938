namespace Palimpsest.Text.Templates;

/// <summary>A row of values. Immutable: templates may not change lists.</summary>
internal sealed class TemplateSequence(SequenceKind kind, IReadOnlyList<object?> items)
{
    public SequenceKind Kind => kind;

    public IReadOnlyList<object?> Items => items;

    /// <summary>For printing: <c>range(0, 3)</c> is a row that shows what made it.</summary>
    public string? Shown { get; init; }

    public static TemplateSequence List(IReadOnlyList<object?> items) => new(SequenceKind.List, items);

    public static TemplateSequence Tuple(params IReadOnlyList<object?> items) => new(SequenceKind.Tuple, items);

    public static TemplateSequence Generator(IReadOnlyList<object?> items) => new(SequenceKind.Generator, items);
}
