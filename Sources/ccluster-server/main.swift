import ControlCluster

LaunchedServer.main()
