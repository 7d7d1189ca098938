using Palimpsest.Cli;

return CommandLineHost.Run(args, Console.Out, Console.Error);
