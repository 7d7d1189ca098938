namespace Palimpsest.Runs.Recipes;

/// <summary>Marks the base of options records of which a recipe chooses one by name: <c>ties</c>, or <c>{ name: ties, density: 0.3 }</c> with options; without
/// a name the default's options change.</summary>
/// <param name="registry">A type with a static property <c>Choices</c>: an <c>IReadOnlyDictionary&lt;string, Type&gt;</c> of names and sealed records of
/// options that derive from the marked one.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class RecipeChoiceAttribute(Type registry) : Attribute
{
    /// <summary>The type that knows the names.</summary>
    public Type Registry { get; } = registry;
}
