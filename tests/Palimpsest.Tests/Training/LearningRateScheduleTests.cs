using System.Text.Json;
using Palimpsest.Training.Schedules;

namespace Palimpsest.Tests.Training;

/// <summary>Against the schedules of transformers 5.23.</summary>
public sealed class LearningRateScheduleTests
{
    public static TheoryData<string> Cases() => [.. Lines(TestContexts.Golden("optim", "schedules.jsonl")).Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void At_GoldenSchedule_GivesTheSameRates(string name) => Check(Lines(TestContexts.Golden("optim", "schedules.jsonl"))[name]);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Reference))]
    public void At_ReferenceSet_GivesTheSameRates(string line) => Check(JsonDocument.Parse(line).RootElement);

    public static TheoryData<string> Reference()
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("PALIMPSEST_DATA") ?? "none", "golden", "optim", "schedules.jsonl");
        return File.Exists(path) ? [.. File.ReadLines(path).Where(line => Kind(JsonDocument.Parse(line).RootElement) is not null)] : [];
    }

    [Fact]
    public void At_AfterTheEnd_StaysAtTheFloor()
    {
        foreach (ScheduleKind kind in Enum.GetValues<ScheduleKind>().Where(kind => kind != ScheduleKind.Constant))
        {
            Assert.Equal(0.2, new LearningRateSchedule(kind, 2, 5, 50, 0.1) { Cycles = 3, DecaySteps = 10 }.At(60), 1e-12);
        }
    }

    private static void Check(JsonElement line)
    {
        JsonElement args = line.GetProperty("args");
        double peak = line.GetProperty("base_lr").GetDouble();
        int Number(string key) => args.TryGetProperty(key, out JsonElement value) ? value.GetInt32() : 0;
        RampShape Shape(string key, RampShape fallback) => !args.TryGetProperty(key, out JsonElement value) ? fallback : value.GetString() switch { "linear" => RampShape.Linear, "cosine" => RampShape.Cosine, _ => RampShape.OneMinusSqrt };
        double floor = args.TryGetProperty("min_lr_rate", out JsonElement rate) || args.TryGetProperty("min_lr_ratio", out rate) ? rate.GetDouble() : args.TryGetProperty("min_lr", out JsonElement lowest) ? lowest.GetDouble() / peak : 0;
        int steps = Math.Max(Number("num_training_steps"), Number("num_warmup_steps") + Number("num_stable_steps") + Number("num_decay_steps"));
        LearningRateSchedule schedule = new(Kind(line)!.Value, peak, Number("num_warmup_steps"), steps, floor)
        {
            Cycles = Math.Max(1, Number("num_cycles")),
            DecaySteps = Number("num_decay_steps"),
            DecayShape = Shape("decay_type", RampShape.Cosine),
            WarmupShape = Shape("warmup_type", RampShape.Linear),
        };
        double[] values = [.. line.GetProperty("values").EnumerateArray().Select(value => value.GetDouble())];
        Assert.Equal(300, values.Length);

        // transformers lets the plain cosine rise again after the last step; here it stays at the floor.
        int compared = schedule.Kind == ScheduleKind.Cosine ? Math.Min(values.Length, steps + 1) : values.Length;
        for (int i = 0; i < compared; i++)
        {
            Assert.InRange(Math.Abs(schedule.At(i) - values[i]), 0, 1e-12 * peak);
        }
    }

    private static ScheduleKind? Kind(JsonElement line) => line.GetProperty("function").GetString() switch
    {
        "get_linear_schedule_with_warmup" => ScheduleKind.Linear,
        "get_constant_schedule_with_warmup" => ScheduleKind.Constant,
        "get_cosine_schedule_with_warmup" or "get_cosine_with_min_lr_schedule_with_warmup" => line.GetProperty("args").TryGetProperty("num_cycles", out _) ? null : ScheduleKind.Cosine,
        "get_cosine_with_hard_restarts_schedule_with_warmup" => ScheduleKind.CosineWithRestarts,
        "get_wsd_schedule" => ScheduleKind.WarmupStableDecay,
        _ => null,
    };

    private static Dictionary<string, JsonElement> Lines(string path) => File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(line => line.GetProperty("name").GetString()!);
}
