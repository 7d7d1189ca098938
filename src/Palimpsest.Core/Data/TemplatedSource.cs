namespace Palimpsest.Data;

/// <summary>A source whose examples are put into other words; the positions stay.</summary>
/// <param name="source">The source.</param>
/// <param name="template">The words.</param>
public sealed class TemplatedSource(IExampleSource source, ExampleTemplate template) : IExampleSource
{
    /// <inheritdoc/>
    public string Name => source.Name;

    /// <inheritdoc/>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null) =>
        source.From(position, leftOut).Select(item => (item.Position, template.Apply(item.Example, Name)));

    /// <inheritdoc/>
    public TextExample At(long position) => template.Apply(source.At(position), Name);
}
