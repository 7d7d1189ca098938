using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Palimpsest.Common;

namespace Palimpsest.Cli.Commands;

/// <summary>One strict reading of all options' values: numbers as <see cref="NumberText"/> has them, names of a list and not their places in it.</summary>
/// <remarks>The library's own conversion takes group separators, so that <c>0,001</c> is 1, and any number for a name.</remarks>
internal static class StrictOptions
{
    // Texts, switches, and what stands for itself, as --help does.
    private static readonly Type[] s_free = [typeof(string), typeof(string[]), typeof(bool), typeof(void)];

    /// <summary>Makes the options of a command, and of those below it, strict.</summary>
    public static void Apply(Command command)
    {
        foreach (Option option in command.Options)
        {
            Apply(option);
        }

        foreach (Command below in command.Subcommands)
        {
            Apply(below);
        }
    }

    private static void Apply(Option option)
    {
        switch (option)
        {
            case Option<int> number:
                number.CustomParser = result => (int)Whole(result, int.MinValue, int.MaxValue);
                break;
            case Option<int?> number:
                number.CustomParser = result => (int)Whole(result, int.MinValue, int.MaxValue);
                break;
            case Option<long> number:
                number.CustomParser = result => Whole(result, long.MinValue, long.MaxValue);
                break;
            case Option<long?> number:
                number.CustomParser = result => Whole(result, long.MinValue, long.MaxValue);
                break;
            case Option<double> number:
                number.CustomParser = Real;
                break;
            case Option<double?> number:
                number.CustomParser = result => Real(result);
                break;
            default:
                Type type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
                if (type.IsEnum)
                {
                    option.Validators.Add(result => CheckName(result, Enum.GetNames(type)));
                }
                else if (!s_free.Contains(type))
                {
                    throw new InvalidOperationException($"{option.Name} has values of the type {type}, which has no strict reading here.");
                }

                break;
        }
    }

    private static long Whole(ArgumentResult result, long least, long most)
    {
        string text = result.Tokens[0].Value;
        if (NumberText.TryWhole(text, out long value) && value >= least && value <= most)
        {
            return value;
        }

        string way = NumberText.TryReal(text, out _)
            ? string.Create(CultureInfo.InvariantCulture, $"it must be a whole number from {least} to {most}") : NumberText.WayOut(text, whole: true);
        result.AddError($"{Name(result)}: \"{text}\" is not a whole number that can be taken here; {way}.");
        return 0;
    }

    private static double Real(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (!NumberText.TryReal(text, out double value))
        {
            result.AddError($"{Name(result)}: \"{text}\" is not a number that can be taken here; {NumberText.WayOut(text)}.");
        }

        return value;
    }

    private static void CheckName(OptionResult result, string[] names)
    {
        string[] known = [.. names.Select(name => name.ToLowerInvariant())];
        if (result.Tokens.Select(token => token.Value).FirstOrDefault(value => !known.Contains(value.ToLowerInvariant())) is string other)
        {
            result.AddError($"{result.Option.Name}: \"{other}\" is none of {string.Join(", ", known)}.{(NearestName.Find(other, known) is string nearest ? $" Did you mean {nearest}?" : "")}");
        }
    }

    private static string Name(ArgumentResult result) => (result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name;
}
