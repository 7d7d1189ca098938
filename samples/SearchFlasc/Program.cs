// Finds a rank and a density of FLASC for owners of the embedded world: whichever step brings more right answers to held-out questions for the bytes that it
// adds. Killed, it goes on where it was; what is finished is not run again.
using System.Globalization;
using Palimpsest.Federation.Experiment;
using Palimpsest.Federation.Flasc;
using Palimpsest.Jobs;
using Palimpsest.Runs;
using Palimpsest.Runs.Recipes;
using SearchFlasc;

JobRunner runner = new([new FederateJob()], new Quiet());
FlascSearchResult result = new FlascSearch([4, 16], [1.0 / 16, 0.25]) { LeastGain = 0.02 }.Run(Trial);
Console.WriteLine($"chosen: rank {result.Chosen.Rank}, density {result.Chosen.Density}, of {result.Trials.Count} that were run");

FlascTrial Trial(FlascPoint point)
{
    string density = point.Density.ToString(CultureInfo.InvariantCulture), folder = Path.Combine("search", $"rank-{point.Rank}-density-{density}");
    FederateRecipe recipe = RecipeReader.Parse<FederateRecipe>(
        $$"""
        schema: 1
        kind: federate
        method: { lora: { rank: {{point.Rank}} }, algorithm: { name: flasc, download_density: {{density}}, upload_density: {{density}} } }
        train: { rounds: 30 }
        """, folder);
    runner.Part(recipe, folder);
    FederateResult found = RunFolder.ResultOf<FederateResult>(folder);
    FlascTrial trial = new(found.After.Accuracy!.Value, found.Download.Bytes + found.Upload.Bytes);
    Console.WriteLine($"rank {point.Rank}, density {density}: {trial.Score:P1} right for {trial.Bytes / 1e6:F1} MB");
    return trial;
}
