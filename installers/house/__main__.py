import sys

from installers.house.cli import main

sys.exit(main(sys.argv[1:]))
