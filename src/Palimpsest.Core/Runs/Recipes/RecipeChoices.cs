using System.Collections.Concurrent;
using System.Reflection;
using Palimpsest.Common;

namespace Palimpsest.Runs.Recipes;

/// <summary>The names under which a recipe chooses options, by the base type of the options.</summary>
public static class RecipeChoices
{
    /// <summary>The key beside the options that holds the name.</summary>
    internal const string NameKey = "name";

    private static readonly ConcurrentDictionary<Type, IReadOnlyDictionary<string, Type>?> Cache = new();

    /// <summary>The name of options.</summary>
    /// <param name="options">Of a type that its registry lists.</param>
    public static string NameOf(object options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Find(options.GetType()) ?? throw new ArgumentException($"{options.GetType().Name} is in no registry of choices.", nameof(options));
    }

    /// <summary>What is wrong with a name.</summary>
    /// <param name="names">Those that there are.</param>
    /// <param name="name">What was asked for.</param>
    public static string Unknown(IEnumerable<string> names, string name)
    {
        string[] all = [.. names];
        return $"\"{name}\" is not known. {(NearestName.Find(name, all) is string near ? $"Did you mean \"{near}\"? " : "")}There are: {string.Join(", ", all)}.";
    }

    /// <summary>The names and options of a marked base type; null for any other type.</summary>
    internal static IReadOnlyDictionary<string, Type>? Of(Type type) => Cache.GetOrAdd(type, static candidate =>
        candidate.GetCustomAttribute<RecipeChoiceAttribute>(inherit: false) is RecipeChoiceAttribute choice
            ? (IReadOnlyDictionary<string, Type>)choice.Registry.GetProperty("Choices",
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!
            : null);

    /// <summary>The name of a type of options, or null if it is no choice.</summary>
    internal static string? Find(Type type)
    {
        for (Type? parent = type.BaseType; parent is not null; parent = parent.BaseType)
        {
            if (Of(parent) is { } choices)
            {
                return choices.FirstOrDefault(choice => choice.Value == type).Key;
            }
        }

        return null;
    }
}
