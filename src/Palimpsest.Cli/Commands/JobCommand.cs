using System.CommandLine;
using System.Text.Json;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Cli.Commands;

/// <summary>A command that is a recipe with the command line filled in.</summary>
internal static class JobCommand
{
    /// <summary>Makes the command; its name is the recipe's kind, unless it has another, and an argument may fill in a key.</summary>
    public static Command Create<TRecipe>(string kind, string description, JobOptions options, TextWriter output, string? name = null,
        (Argument<string> Argument, string Key)? argument = null)
        where TRecipe : Recipe
    {
        Command command = new(name ?? kind, description);
        if (argument is not null)
        {
            command.Arguments.Add(argument.Value.Argument);
        }

        options.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            try
            {
                TRecipe recipe = RecipeReader.Parse<TRecipe>($"schema: 1\nkind: {kind}\n", "command line", [.. Given(parsed), .. options.Overrides(parsed)]);
                return Task.FromResult(JobHost.Start(recipe, parsed.GetValue(options.Runs)!, output, stop));
            }
            catch (PalimpsestException mistake)
            {
                throw CommandWords.WithOptions(mistake, options.Keys);
            }
        });
        return command;

        IEnumerable<string> Given(ParseResult parsed) =>
            argument is var (given, key) ? [$"{key}={JsonSerializer.Serialize(parsed.GetValue(given))}"] : [];
    }
}
