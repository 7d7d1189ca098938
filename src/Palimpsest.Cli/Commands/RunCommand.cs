using System.CommandLine;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest run RECIPE</c> and <c>palimpsest run --resume FOLDER</c></summary>
internal static class RunCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string?> recipe = new("recipe") { Description = "A recipe of any kind, in YAML.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> resume = new("--resume") { Description = "Folder of a stopped or interrupted run, to go on with it instead." };
        Option<string[]> set = JobOptions.SetOption();
        Option<string> runs = JobOptions.RunsOption();
        Command command = new(
            "run",
            """
            Runs a recipe, or goes on with a run where it stopped.

            Examples: palimpsest run recipes/pretrain/base.yaml --set train.steps=100
                      palimpsest run --resume runs/20260131-142500-finetune
            """)
        {
            recipe, resume, set, runs,
        };
        command.SetAction((parsed, stop) =>
        {
            (string? path, string? folder) = (parsed.GetValue(recipe), parsed.GetValue(resume));
            if (path is null == folder is null)
            {
                throw new PalimpsestException("Name either a recipe or, with --resume, the folder of a run. The runs there are: palimpsest runs");
            }

            string[] overrides = parsed.GetValue(set) ?? [];
            if (folder is not null && overrides.Length > 0)
            {
                throw new PalimpsestException("--set cannot change a run that has begun: its recipe is fixed. Start a new run, or leave --set out.");
            }

            return Task.FromResult(folder is null ? JobHost.StartFile(path!, overrides, parsed.GetValue(runs)!, output, stop) : JobHost.Resume(folder, output, stop));
        });
        return command;
    }
}
