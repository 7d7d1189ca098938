namespace Palimpsest.Text.Templates;

/// <summary>What a template can call.</summary>
internal sealed class TemplateFunction(string name, Func<CallArguments, object?> run)
{
    public string Name => name;

    /// <summary>Fields of the function; only <c>cycler</c> has some.</summary>
    public IReadOnlyDictionary<string, object?>? Fields { get; init; }

    public object? Run(CallArguments arguments) => run(arguments);
}
