using System.CommandLine;
using Palimpsest.Cascades.Certificates;
using Palimpsest.Cascades.Experiment;
using Palimpsest.Cascades.Recordings;

namespace Palimpsest.Cli.Commands.Cascades;

/// <summary><c>palimpsest cascade evaluate FILE --calibration FILE</c></summary>
internal static class CascadeEvaluateCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string> file = new("file") { Description = "Recorded answers of the calibrated systems." };
        Option<string> calibration = new("--calibration") { Description = "File of the calibration.", DefaultValueFactory = _ => "calibration.json" };
        Command command = new(
            "evaluate",
            """
            Judges a calibration on recorded answers. Questions that it was made on are left out; other systems than the calibrated ones are refused.

            Example: palimpsest cascade evaluate answers.jsonl --calibration calibration.json
            """)
        {
            file, calibration,
        };
        command.SetAction(parsed =>
        {
            foreach (string line in CascadeCalibration.Evaluate(CalibrationFile.Read(parsed.GetValue(calibration)!),
                RecordingFile.Read(parsed.GetValue(file)!)))
            {
                output.WriteLine(line);
            }

            return 0;
        });
        return command;
    }
}
