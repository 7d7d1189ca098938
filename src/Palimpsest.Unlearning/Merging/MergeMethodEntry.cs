namespace Palimpsest.Unlearning.Merging;

/// <summary>A method by its name.</summary>
/// <param name="Name">As recipes write it.</param>
/// <param name="Defaults">A record of the settings' type with its defaults; a recipe binds to this type.</param>
/// <param name="Factory">Makes the method from settings of that type.</param>
public sealed record MergeMethodEntry(string Name, object Defaults, Func<object, MergeContext, IMergeMethod> Factory)
{
    /// <summary>Makes the method.</summary>
    /// <param name="context">What it may need.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="PalimpsestException">The context lacks what the method needs.</exception>
    public IMergeMethod Create(MergeContext context, object? options = null) => options is null || options.GetType() == Defaults.GetType()
        ? Factory(options ?? Defaults, context)
        : throw new ArgumentException($"The method \"{Name}\" takes settings of type {Defaults.GetType().Name}, not {options.GetType().Name}.", nameof(options));

    internal static MergeMethodEntry Of<TOptions>(string name, Func<TOptions, MergeContext, IMergeMethod> factory)
        where TOptions : class, new() => Of(name, new TOptions(), factory);

    internal static MergeMethodEntry Of<TOptions>(string name, TOptions defaults, Func<TOptions, MergeContext, IMergeMethod> factory)
        where TOptions : class => new(name, defaults, (options, context) => factory((TOptions)options, context));
}
