using System.CommandLine;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Cli.Commands;

/// <summary>A command that is a recipe with the command line filled in.</summary>
internal static class JobCommand
{
    /// <summary>Makes the command; its name is the recipe's kind.</summary>
    public static Command Create<TRecipe>(string kind, string description, JobOptions options, TextWriter output)
        where TRecipe : Recipe
    {
        Command command = new(kind, description);
        options.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            try
            {
                TRecipe recipe = RecipeReader.Parse<TRecipe>($"schema: 1\nkind: {kind}\n", "command line", options.Overrides(parsed));
                return Task.FromResult(JobHost.Start(recipe, parsed.GetValue(options.Runs)!, output, stop));
            }
            catch (PalimpsestException mistake)
            {
                throw CommandWords.WithOptions(mistake, options.Keys);
            }
        });
        return command;
    }
}
