using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Palimpsest.Runs.Recipes;

/// <summary>One key of a record: the property behind it and whether it must or may be empty.</summary>
internal sealed record RecipeKey(string Name, PropertyInfo Property, bool Required, bool Nullable, NullabilityInfo Nullability);

/// <summary>The keys of a record, in the order in which they are written.</summary>
internal sealed class RecipeShape
{
    // The order of a recipe's top level, whatever class declares the key.
    private static readonly string[] TopLevel = ["schema", "kind", "seed", "seeds", "task", "model", "data", "method", "train", "evaluate", "claims"];
    private static readonly ConcurrentDictionary<Type, RecipeShape> Cache = new();

    private RecipeShape(Type type)
    {
        NullabilityInfoContext nullability = new();
        IEnumerable<RecipeKey> keys = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .Select(property =>
            {
                NullabilityInfo info = nullability.Create(property);
                return new RecipeKey(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), property,
                    property.IsDefined(typeof(RequiredMemberAttribute)), info.WriteState == NullabilityState.Nullable, info);
            });
        Keys = [.. type.IsAssignableTo(typeof(Recipe)) ? keys.OrderBy(Rank) : keys];
    }

    public IReadOnlyList<RecipeKey> Keys { get; }

    public static RecipeShape Of(Type type) => Cache.GetOrAdd(type, static t => new RecipeShape(t));

    public RecipeKey? Find(string name) => Keys.FirstOrDefault(key => key.Name == name);

    /// <summary>The item type of a list property, or null if the type is no list.</summary>
    public static Type? ItemOf(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0]
        : null;

    /// <summary>The key and value types of a dictionary property, or null if the type is no dictionary.</summary>
    public static (Type Key, Type Value)? EntryOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)
            ? (type.GetGenericArguments()[0], type.GetGenericArguments()[1])
            : null;

    private static int Rank(RecipeKey key) => Array.IndexOf(TopLevel, key.Name) is var rank and >= 0 ? rank : TopLevel.Length - 1;
}
