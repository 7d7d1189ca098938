using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Palimpsest.Training.Optimizers;

namespace Palimpsest.Training.Checkpoints;

/// <summary>Hashes of the settings that the course of a training depends on. Only what differs from its default counts, so that an option which comes later
/// leaves the hashes of before as they are.</summary>
public static class OptionsHash
{
    /// <summary>What in a record of settings differs from its defaults, in one line.</summary>
    /// <param name="options">The settings, of a type that has defaults.</param>
    public static string Text(object options)
    {
        ArgumentNullException.ThrowIfNull(options);
        StringBuilder text = new();
        Append(text, options, DefaultsOf(options.GetType()));
        return text.ToString();
    }

    /// <summary>The hash of settings.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="others">What the course depends on besides.</param>
    internal static string Of(TrainOptions options, string others)
    {
        TrainOptions decisive = Decisive(options) with { Optimizer = options.ChosenOptimizer, Adamw = null, Sgd = null };
        StringBuilder text = new();
        Append(text, decisive, new TrainOptions());
        return Sha256($"{text}|{others}");
    }

    /// <summary>The hash as checkpoints of version 0.1 hold it; null where the settings have become richer than it could say.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="others">What the course depends on besides.</param>
    internal static string? Older(TrainOptions options, string others)
    {
        TrainOptions o = Decisive(options);
        if (o.Dropout > 0 || options.ChosenOptimizer is not (AdamWOptions or SgdOptions))
        {
            return null; // masks are drawn from other streams since
        }

        AdamWOptions adamw = options.ChosenOptimizer as AdamWOptions ?? options.Adamw ?? new AdamWOptions();
        SgdOptions sgd = options.ChosenOptimizer as SgdOptions ?? options.Sgd ?? new SgdOptions();
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"TrainOptions {{ Steps = {o.Steps}, BatchSize = {o.BatchSize}, Accumulate = {o.Accumulate}, MaxLength = {o.MaxLength}, LearningRate = {o.LearningRate}, Schedule = {o.Schedule}, WarmupSteps = {o.WarmupSteps}, WarmupShape = {o.WarmupShape}, FloorRatio = {o.FloorRatio}, Cycles = {o.Cycles}, DecayShare = {o.DecayShare}, DecayShape = {o.DecayShape}, Optimizer = {(options.ChosenOptimizer is SgdOptions ? "sgd" : "adamw")}, Adamw = {adamw}, Sgd = {sgd}, Groups = Palimpsest.Training.ParameterGroup[], ClipNorm = {o.ClipNorm}, Dropout = {o.Dropout}, CheckpointBlocks = {o.CheckpointBlocks}, EvaluateEvery = {o.EvaluateEvery}, EarlyStopping = {o.EarlyStopping}, CheckpointEvery = {o.CheckpointEvery}, KeepCheckpoints = {o.KeepCheckpoints} }}");
        return Sha256($"{text}|{string.Join('|', o.Groups)}|{others}");
    }

    private static TrainOptions Decisive(TrainOptions options) =>
        options with
        {
            CheckpointEvery = 0,
            KeepCheckpoints = 1,
            CheckpointBlocks = false,
            EvaluateEvery = options.EarlyStopping is null
            ? 0 : options.EvaluateEvery
        };

    private static void Append(StringBuilder text, object value, object? defaults)
    {
        text.Append(value.GetType().Name).Append('{');
        foreach (PropertyInfo property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property =>
            property.SetMethod is not null).OrderBy(property => property.Name, StringComparer.Ordinal))
        {
            object? own = property.GetValue(value), normal = defaults is not null && defaults.GetType() == value.GetType() ? property.GetValue(defaults) : null;
            if (own is not null && !(own.Equals(normal) || (own is IEnumerable and not string && !((IEnumerable)own).Cast<object>().Any())))
            {
                text.Append(property.Name).Append('=');
                AppendValue(text, own, normal);
                text.Append(';');
            }
        }

        text.Append('}');
    }

    private static void AppendValue(StringBuilder text, object value, object? defaults)
    {
        switch (value)
        {
            case string or ValueType:
                text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case IEnumerable items:
                foreach (object item in items)
                {
                    AppendValue(text, item, null);
                    text.Append(',');
                }

                break;
            default:
                Append(text, value, defaults is not null && defaults.GetType() == value.GetType() ? defaults : DefaultsOf(value.GetType()));
                break;
        }
    }

    private static object? DefaultsOf(Type type) => type.GetConstructor(Type.EmptyTypes) is ConstructorInfo constructor ? constructor.Invoke(null) : null;

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
