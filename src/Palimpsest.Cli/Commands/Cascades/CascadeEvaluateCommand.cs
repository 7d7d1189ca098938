using System.CommandLine;
using Palimpsest.Cascades.Certificates;
using Palimpsest.Cascades.Experiment;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Cascades.Recordings;

namespace Palimpsest.Cli.Commands.Cascades;

/// <summary><c>palimpsest cascade evaluate FILE --calibration FILE</c></summary>
internal static class CascadeEvaluateCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string> file = new("file") { Description = "Recorded answers of the calibrated systems." };
        Option<string> calibration = new("--calibration") { Description = "File of the calibration.", DefaultValueFactory = _ => "calibration.json" };
        Option<string?> encoder = CascadeEncoder.Option();
        Command command = new(
            "evaluate",
            """
            Judges a calibration on recorded answers. Questions that it was made on are left out; other systems than the calibrated ones are refused.

            Example: palimpsest cascade evaluate answers.jsonl --calibration calibration.json
            """)
        {
            file, calibration, encoder,
        };
        command.SetAction(parsed =>
        {
            CalibrationFile made = CalibrationFile.Read(parsed.GetValue(calibration)!);
            using AnswerVectors? vectors = CascadeEncoder.Load(parsed.GetValue(encoder), made.Rule);
            foreach (string line in CascadeCalibration.Evaluate(made, RecordingFile.Read(parsed.GetValue(file)!), vectors))
            {
                output.WriteLine(line);
            }

            return 0;
        });
        return command;
    }
}
