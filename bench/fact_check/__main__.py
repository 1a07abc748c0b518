from bench.fact_check import main

main()
