using System.CommandLine;
using System.CommandLine.Parsing;
using Palimpsest.Common;

namespace Palimpsest.Cli.Commands;

/// <summary>What is wrong with a command line, in short sentences that name the nearest right word.</summary>
/// <remarks>The library hands an unknown option on to a command's free arguments, so that <c>generate --max-tokens 5 "Once"</c> continues three texts; and it
/// answers a mistyped command with pages of help.</remarks>
internal static class CommandLineMistakes
{
    /// <summary>The mistakes; none if the command line can be run, or shown help for.</summary>
    /// <param name="parsed">The parsed line.</param>
    /// <param name="arguments">The line as the shell gave it.</param>
    public static IReadOnlyList<string> Find(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        Command command = parsed.CommandResult.Command;
        List<string> mistakes = [.. UnknownOptions(parsed, arguments)];
        string? word = parsed.UnmatchedTokens.FirstOrDefault(token => !IsOption(token));
        if (mistakes.Count == 0 && word is not null)
        {
            mistakes.Add(command.Subcommands.Count > 0
                ? $"\"{word}\" is no command of {Path(parsed)}.{Meant(word, command.Subcommands.Select(below => below.Name))} The commands are listed by: {Path(parsed)} --help"
                : $"\"{word}\" stands alone: {Path(parsed)} takes {(command.Arguments.Count == 0 ? "options only" : "no further argument")}. They are listed by: {Path(parsed)} --help");
        }

        if (mistakes.Count == 0 && parsed.Errors.Count > 0 && command.Subcommands.Count == 0)
        {
            mistakes.AddRange(parsed.Errors.Select(error => error.Message).Distinct());
            mistakes.Add($"The options are listed by: {Path(parsed)} --help");
        }

        return mistakes;
    }

    // What stands after a lone -- is no option, and neither is the value of one.
    private static IEnumerable<string> UnknownOptions(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        Dictionary<string, Option> known = new(StringComparer.Ordinal);
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult level; at = level.Parent)
        {
            foreach (Option option in level.Command.Options.Where(option => ReferenceEquals(at, parsed.CommandResult) || option.Recursive))
            {
                foreach (string name in option.Aliases.Prepend(option.Name))
                {
                    known.TryAdd(name, option);
                }
            }
        }

        for (int i = 0; i < arguments.Count && arguments[i] != "--"; i++)
        {
            string name = arguments[i].Split('=', ':')[0];
            bool value = i > 0 && known.TryGetValue(arguments[i - 1], out Option? before) && before.Arity.MinimumNumberOfValues > 0;
            if (!value && IsOption(arguments[i]) && !known.ContainsKey(name))
            {
                bool free = parsed.CommandResult.Command.Arguments.Count > 0;
                yield return $"{name} is no option of {Path(parsed)}.{Meant(name, known.Keys.Where(other => other.StartsWith("--", StringComparison.Ordinal)))}{(free ? " A text that begins with a dash goes after a lone --." : "")}"
                    + $" The options are listed by: {Path(parsed)} --help";
            }
        }
    }

    private static bool IsOption(string text) => text.Length > 1 && text[0] == '-';

    private static string Meant(string word, IEnumerable<string> candidates) => NearestName.Find(word, candidates) is string nearest
        ? $" Did you mean {nearest}?" : "";

    private static string Path(ParseResult parsed)
    {
        List<string> names = [];
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult level; at = level.Parent)
        {
            names.Insert(0, level.Command.Name);
        }

        return string.Join(' ', names);
    }
}
