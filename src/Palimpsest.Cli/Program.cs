using Palimpsest.Cli;

int code = CommandLineHost.Run(args, Console.Out, Console.Error);
QuickExit.Register();
return code;
