using Palimpsest.Common;

namespace Palimpsest.Planning;

/// <summary>Methods and state types as people write them.</summary>
public static class MethodNames
{
    private static readonly (string Name, TrainingMethod Method)[] s_methods =
    [
        ("adamw", TrainingMethod.AdamW), ("adamw8bit", TrainingMethod.AdamW8bit), ("sgd", TrainingMethod.Sgd),
        ("lora", TrainingMethod.Lora), ("relora", TrainingMethod.ReLora),
        ("flora", TrainingMethod.Flora), ("galore", TrainingMethod.GaLore),
        ("galore-layerwise", TrainingMethod.GaLoreLayerwise), ("galore-projected", TrainingMethod.GaLoreProjected), ("grass", TrainingMethod.Grass),
    ];

    private static readonly (string Name, StateType State)[] s_states = [("f32", StateType.F32), ("bf16", StateType.BF16), ("8bit", StateType.Bits8)];

    /// <summary>All methods, in the order of tables.</summary>
    public static IReadOnlyList<TrainingMethod> Methods { get; } = [.. s_methods.Select(item => item.Method)];

    /// <summary>All types of states.</summary>
    public static IReadOnlyList<StateType> States { get; } = [.. s_states.Select(item => item.State)];

    /// <summary>The name of a method.</summary>
    public static string Of(TrainingMethod method) => s_methods.First(item => item.Method == method).Name;

    /// <summary>The name of a state type.</summary>
    public static string Of(StateType state) => s_states.First(item => item.State == state).Name;

    /// <summary>Reads a method.</summary>
    /// <exception cref="PalimpsestException">There is none of this name.</exception>
    public static TrainingMethod Method(string name) => Read("method", name, s_methods);

    /// <summary>Reads a state type.</summary>
    /// <exception cref="PalimpsestException">There is none of this name.</exception>
    public static StateType State(string name) => Read("state", name, s_states);

    private static T Read<T>(string what, string name, (string Name, T Value)[] all)
    {
        int index = Array.FindIndex(all, item => item.Name == name);
        string meant = NearestName.Find(name, all.Select(item => item.Name)) is string near ? $" Did you mean {near}?" : "";
        return index >= 0 ? all[index].Value
            : throw new PalimpsestException($"\"{name}\" is no {what}; there are {string.Join(", ", all.Select(item => item.Name))}.{meant}");
    }
}
