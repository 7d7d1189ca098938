using System.CommandLine;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest run RECIPE</c> and <c>palimpsest run --resume FOLDER</c></summary>
internal static class RunCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string?> recipe = new("recipe") { Description = "A recipe of any kind, in YAML.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> resume = new("--resume") { Description = "Folder of a stopped or interrupted run, to go on with it instead." };
        Option<bool> older =
            new("--older") { Description = "With --resume: leave the newest checkpoint aside, such as a damaged one, and go on from the one before." };
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
            recipe, resume, older, set, runs,
        };
        command.SetAction((parsed, stop) =>
        {
            (string? path, string? folder) = (parsed.GetValue(recipe), parsed.GetValue(resume));
            if (path is null == folder is null)
            {
                throw new PalimpsestException("Name either a recipe or, with --resume, the folder of a run. The runs there are: palimpsest runs");
            }

            if (folder is null && parsed.GetValue(older))
            {
                throw new PalimpsestException("--older belongs to --resume: a new run has no checkpoints. Leave it out.");
            }

            string[] overrides = parsed.GetValue(set) ?? [];
            if (folder is not null && overrides.Length > 0)
            {
                throw new PalimpsestException("--set cannot change a run that has begun: its recipe is fixed. Start a new run, or leave --set out.");
            }

            return Task.FromResult(folder is null
                ? JobHost.StartFile(path!, overrides, parsed.GetValue(runs)!, output, stop) : JobHost.Resume(folder, parsed.GetValue(older), output, stop));
        });
        return command;
    }
}
