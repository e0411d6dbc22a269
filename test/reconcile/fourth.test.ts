/** The reconciliation model of every fourth provider, from the fourth one on (suite.ts). */
import { playQuarter } from './suite.ts';

playQuarter(3);
