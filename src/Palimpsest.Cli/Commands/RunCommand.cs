using System.CommandLine;
using Palimpsest.Jobs;
using Palimpsest.Runs;
using Palimpsest.Torch;

namespace Palimpsest.Cli.Commands;

/// <summary>TEMP</summary>
internal static class RunCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string> recipe = new("recipe");
        Argument<string> folder = new("folder");
        Command command = new("run", "Runs a recipe.") { recipe, folder };
        command.SetAction(parsed =>
        {
            PretrainRecipe read = RecipeReader.Read<PretrainRecipe>(parsed.GetValue(recipe)!);
            PretrainJob.Run(read, new JobContext(parsed.GetValue(folder)!, new Plain(output)), new TorchContext(seed: read.Seed));
        });
        return command;
    }

    private sealed class Plain(TextWriter output) : IJobLog
    {
        public void Say(string sentence) => output.WriteLine(sentence);

        public void Progress(JobProgress progress)
        {
            if (progress.Done % 20 == 0)
                output.WriteLine($"{progress.Done}/{progress.Total} {progress.Detail} {progress.Left:c}");
        }
    }
}
